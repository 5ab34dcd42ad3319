package io.klinggateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What processes have used so far, as Linux counts it. */
final class Cpu {

    private static final double TICKS_PER_SECOND = 100;
    private static final Pattern SPACE = Pattern.compile(" ");

    /** Positions behind the command's name, which is in brackets and may hold anything. */
    private static final int OWN_USER = 11;

    private static final int OWN_SYSTEM = 12;
    private static final int ENDED_CHILDREN_USER = 13;
    private static final int ENDED_CHILDREN_SYSTEM = 14;

    /** Positions in the line of the whole machine. */
    private static final int IDLE = 4;

    private static final int WAITING = 5;
    private static final int STOLEN = 8;

    private Cpu() {}

    static double secondsOf(long pid) {
        return ticks(pid, OWN_USER, OWN_SYSTEM) / TICKS_PER_SECOND;
    }

    /** With its children, also those that have ended. */
    static double secondsOfFamily(ProcessHandle parent) {
        double children = parent.descendants()
                .mapToDouble(child -> secondsOf(child.pid()))
                .sum();
        double ended = ticks(parent.pid(), ENDED_CHILDREN_USER, ENDED_CHILDREN_SYSTEM) / TICKS_PER_SECOND;
        return children + ended + secondsOf(parent.pid());
    }

    /** Of all processes of the machine, and of the system itself; waiting is no work. */
    static double secondsOfMachine() {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            String[] fields = SPACE.split(lines.findFirst().orElseThrow().replaceAll(" +", " "), -1);
            double ticks = 0;
            for (int position = 1; position <= STOLEN; position++) {
                ticks += position == IDLE || position == WAITING ? 0 : Long.parseLong(fields[position]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long ticks(long pid, int... positions) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = SPACE.split(stat.substring(stat.lastIndexOf(')') + 2), -1);
            long sum = 0;
            for (int position : positions) {
                sum += Long.parseLong(fields[position]);
            }
            return sum;
        } catch (IOException ended) {
            return 0;
        }
    }

    /** Resident memory of a process in MB (10^6 bytes). */
    static double residentMegabytes(long pid) {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .map(kibibytes -> kibibytes * 1024)
                            .sum()
                    / 1e6;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
