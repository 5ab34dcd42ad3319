package io.klinggateway.picturestore;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Settings as they are read from a configuration. */
final class TestPictures {

    static final String SECRET = "signs-the-urls-of-pictures-in-tests-0123456789";

    private TestPictures() {}

    /** Of a directory store, with whatever else is said. */
    static PictureSettings settings(String... namesAndValues) {
        Map<String, Object> values = new HashMap<>(Map.of(
                "gateway.pictures.store", "directory",
                "gateway.pictures.directory", "target/pictures",
                "gateway.pictures.base-url", "https://gateway.example.com/",
                "gateway.pictures.signing-secret", SECRET));
        for (int index = 0; index < namesAndValues.length; index += 2) {
            values.put("gateway.pictures." + namesAndValues[index], namesAndValues[index + 1]);
        }
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("gateway.pictures", Bindable.of(PictureSettings.class));
    }
}
