package io.klinggateway.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.webjars.WebJarVersionLocator;

/** The few files that pages load: these and no others. Their address changes with what they hold, so they are kept long. */
@Controller
class Assets {

    private static final MediaType CSS = MediaType.parseMediaType("text/css;charset=utf-8");
    private static final MediaType JAVASCRIPT = MediaType.parseMediaType("text/javascript;charset=utf-8");
    private static final MediaType SVG = MediaType.parseMediaType("image/svg+xml");
    private static final String FOREVER = "public, max-age=31536000, immutable";

    /** Replicas of two versions may serve at once: one must not answer for the other for a year. */
    private static final String NOT_AT_ALL = "no-store";

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final String version;

    Assets() {
        WebJarVersionLocator webJars = new WebJarVersionLocator();
        files.put("console.css", read("console/assets/console.css"));
        files.put("console.js", read("console/assets/console.js"));
        files.put("charts.js", read("console/assets/charts.js"));
        files.put("icon.svg", read("console/assets/icon.svg"));
        files.put("htmx.js", read(Objects.requireNonNull(webJars.fullPath("htmx.org", "dist/htmx.min.js"))));
        files.put("uplot.js", read(Objects.requireNonNull(webJars.fullPath("uplot", "dist/uPlot.iife.min.js"))));
        files.put("uplot.css", read(Objects.requireNonNull(webJars.fullPath("uplot", "dist/uPlot.min.css"))));
        CRC32 all = new CRC32();
        files.values().forEach(all::update);
        version = Long.toHexString(all.getValue());
    }

    private static byte[] read(String path) {
        try (InputStream file = new ClassPathResource(path).getInputStream()) {
            return file.readAllBytes();
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    /** Where a page finds a file. */
    public String path(String name) {
        return Paths.ASSETS + version + "/" + name;
    }

    @GetMapping(Paths.ASSETS + "{version}/{name}")
    ResponseEntity<byte[]> file(@PathVariable("version") String asked, @PathVariable String name) {
        byte[] file = files.get(name);
        return file == null
                ? ResponseEntity.notFound().build()
                : ResponseEntity.ok()
                        .contentType(name.endsWith(".css") ? CSS : name.endsWith(".svg") ? SVG : JAVASCRIPT)
                        .header(HttpHeaders.CACHE_CONTROL, asked.equals(version) ? FOREVER : NOT_AT_ALL)
                        .body(file);
    }
}
