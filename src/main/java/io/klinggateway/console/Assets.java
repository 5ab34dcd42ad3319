package io.klinggateway.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.webjars.WebJarVersionLocator;

/** The few files that pages load: these and no others. Their address changes with what they hold, so they are kept long. */
@Controller
class Assets {

    private static final MediaType CSS = MediaType.parseMediaType("text/css;charset=utf-8");
    private static final MediaType JAVASCRIPT = MediaType.parseMediaType("text/javascript;charset=utf-8");
    private static final MediaType SVG = MediaType.parseMediaType("image/svg+xml");
    /** One that is not refused by {@code q=0}. */
    private static final Pattern GZIP = Pattern.compile("(?i)\\bgzip\\b(?!\\s*;\\s*q=0(?:\\.0*)?\\s*(?:,|$))");

    private static final String FOREVER = "public, max-age=31536000, immutable";

    /** Replicas of two versions may serve at once: one must not answer for the other for a year. */
    private static final String NOT_AT_ALL = "no-store";

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, byte[]> zipped = new LinkedHashMap<>();
    private final String version;

    Assets() {
        WebJarVersionLocator webJars = new WebJarVersionLocator();
        files.put("console.css", read("console/assets/console.css"));
        files.put("console.js", read("console/assets/console.js"));
        files.put("pictures.js", read("console/assets/pictures.js"));
        files.put("charts.js", read("console/assets/charts.js"));
        files.put("icon.svg", read("console/assets/icon.svg"));
        files.put("htmx.js", read(Objects.requireNonNull(webJars.fullPath("htmx.org", "dist/htmx.min.js"))));
        files.put("uplot.js", read(Objects.requireNonNull(webJars.fullPath("uplot", "dist/uPlot.iife.min.js"))));
        files.put("uplot.css", read(Objects.requireNonNull(webJars.fullPath("uplot", "dist/uPlot.min.css"))));
        CRC32 all = new CRC32();
        files.values().forEach(all::update);
        files.forEach((name, file) -> zipped.put(name, zip(file)));
        version = Long.toHexString(all.getValue());
    }

    private static byte[] read(String path) {
        try (InputStream file = new ClassPathResource(path).getInputStream()) {
            return file.readAllBytes();
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    /** Once and for all: what is asked for again and again is not to be zipped again and again. */
    private static byte[] zip(byte[] file) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
            zip.write(file);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return zipped.toByteArray();
    }

    /** Where a page finds a file. */
    public String path(String name) {
        return Paths.ASSETS + version + "/" + name;
    }

    @GetMapping(Paths.ASSETS + "{version}/{name}")
    ResponseEntity<byte[]> file(
            @PathVariable("version") String asked,
            @PathVariable String name,
            @RequestHeader(name = HttpHeaders.ACCEPT_ENCODING, defaultValue = "") String encodings) {
        byte[] file = files.get(name);
        if (file == null) {
            return ResponseEntity.notFound().build();
        }
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok()
                .contentType(name.endsWith(".css") ? CSS : name.endsWith(".svg") ? SVG : JAVASCRIPT)
                .header(HttpHeaders.CACHE_CONTROL, asked.equals(version) ? FOREVER : NOT_AT_ALL)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        return GZIP.matcher(encodings).find()
                ? answer.header(HttpHeaders.CONTENT_ENCODING, "gzip").body(zipped.get(name))
                : answer.body(file);
    }
}
