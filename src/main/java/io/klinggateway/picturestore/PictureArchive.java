package io.klinggateway.picturestore;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** All stored pictures of a generation in one file. */
@Component
public class PictureArchive {

    private final PictureRepository pictures;
    private final ObjectNames names;
    private final ObjectProvider<PictureStore> store;

    PictureArchive(PictureRepository pictures, ObjectNames names, ObjectProvider<PictureStore> store) {
        this.pictures = pictures;
        this.names = names;
        this.store = store;
    }

    /** A ZIP file, written as the pictures come. */
    @FunctionalInterface
    public interface Zip {

        /** @param to is left open */
        void writeTo(OutputStream to) throws IOException;
    }

    /** @return empty if nothing of the tenant's generation is stored; another tenant's is none */
    public Optional<Zip> zip(TenantId tenant, GenerationId generation) {
        PictureStore from = store.getIfAvailable();
        List<PictureRecord> stored = from == null ? List.of() : pictures.storedOf(tenant, generation);
        return from == null || stored.isEmpty() ? Optional.empty() : Optional.of(to -> write(from, stored, to));
    }

    private void write(PictureStore from, List<PictureRecord> stored, OutputStream to) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(to);
        // Pictures are compressed already.
        zip.setLevel(Deflater.NO_COMPRESSION);
        for (PictureRecord picture : stored) {
            zip.putNextEntry(new ZipEntry(picture.fileName(Objects.requireNonNull(picture.type()))));
            try (InputStream bytes = from.open(names.of(picture.id()), 0, picture.bytes())) {
                bytes.transferTo(zip);
            }
            zip.closeEntry();
        }
        zip.finish();
    }
}
