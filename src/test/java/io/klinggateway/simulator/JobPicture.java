package io.klinggateway.simulator;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A small picture that depends on nothing but prompt, index and aspect ratio: two colours that run into each other, and
 * the prompt's beginning in letters of 3 by 5 dots (fonts are not installed everywhere).
 */
final class JobPicture {

    private static final int LONG_SIDE_PIXELS = 256;
    private static final int DOT_PIXELS = 3;
    private static final int MARGIN_PIXELS = 12;
    private static final int GLYPH_WIDTH_DOTS = 3;
    private static final int GLYPH_HEIGHT_DOTS = 5;
    private static final int WHITE = 0xFFFFFF;
    private static final String CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    /** Five octal digits a character: the rows from top to bottom, three dots each. */
    private static final String GLYPHS = "257556565634443655567464774644345535575572227111525565544447"
            + "577556555525552656442556365655342167222255557555525577555255"
            + "552227124775557262276124761216557117461634757712227575775716";

    private JobPicture() {}

    static byte[] png(String prompt, int index, String aspectRatio) {
        var separator = aspectRatio.indexOf(':');
        var wide = Integer.parseInt(aspectRatio.substring(0, separator));
        var high = Integer.parseInt(aspectRatio.substring(separator + 1));
        var longest = Math.max(wide, high);
        var image = new BufferedImage(
                LONG_SIDE_PIXELS * wide / longest, LONG_SIDE_PIXELS * high / longest, BufferedImage.TYPE_INT_RGB);
        var seed = (prompt + '#' + index).hashCode() * 0x9E3779B9;
        paintGradient(image, seed & 0x7F7F7F, ((seed >>> 7) | 0x202020) & 0xBFBFBF);
        writeWords(image, prompt.toUpperCase(Locale.ROOT));
        return encoded(image);
    }

    private static void paintGradient(BufferedImage image, int from, int to) {
        var steps = image.getWidth() + image.getHeight();
        for (var y = 0; y < image.getHeight(); y++) {
            for (var x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, between(from, to, x + y, steps));
            }
        }
    }

    private static int between(int from, int to, int step, int steps) {
        var colour = 0;
        for (var shift = 0; shift <= 16; shift += 8) {
            var start = (from >> shift) & 0xFF;
            var end = (to >> shift) & 0xFF;
            colour |= (start + (end - start) * step / steps) << shift;
        }
        return colour;
    }

    private static void writeWords(BufferedImage image, String words) {
        var advance = (GLYPH_WIDTH_DOTS + 1) * DOT_PIXELS;
        var x = MARGIN_PIXELS;
        for (var index = 0; index < words.length() && x + advance < image.getWidth() - MARGIN_PIXELS; index++) {
            var character = CHARACTERS.indexOf(words.charAt(index));
            if (character >= 0) {
                writeGlyph(image, character, x, image.getHeight() / 2);
            }
            x += advance;
        }
    }

    private static void writeGlyph(BufferedImage image, int character, int left, int top) {
        for (var row = 0; row < GLYPH_HEIGHT_DOTS; row++) {
            var dots = GLYPHS.charAt(character * GLYPH_HEIGHT_DOTS + row) - '0';
            for (var column = 0; column < GLYPH_WIDTH_DOTS; column++) {
                if (((dots >> (GLYPH_WIDTH_DOTS - 1 - column)) & 1) == 1) {
                    fillDot(image, left + column * DOT_PIXELS, top + row * DOT_PIXELS);
                }
            }
        }
    }

    private static void fillDot(BufferedImage image, int left, int top) {
        for (var y = top; y < top + DOT_PIXELS; y++) {
            for (var x = left; x < left + DOT_PIXELS; x++) {
                image.setRGB(x, y, WHITE);
            }
        }
    }

    private static byte[] encoded(BufferedImage image) {
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot encode a picture", e);
        }
        return bytes.toByteArray();
    }
}
