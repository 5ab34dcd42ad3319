package io.klinggateway.picturestore;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.ImageType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A picture as its row tells it. What stands from the type on is known once it is stored.
 *
 * @param vendorOver whether the vendor's retention is over
 * @param sha256 of its bytes, in hex
 * @param thumbnailBytes null if there is no smaller one
 */
record PictureRecord(
        PictureId id,
        TenantId tenant,
        PictureState state,
        String vendorUrl,
        boolean vendorOver,
        @Nullable ImageType type,
        long bytes,
        String sha256,
        @Nullable Long thumbnailBytes) {

    static PictureRecord of(PictureId id, ResultSet row) throws SQLException {
        String type = row.getString("content_type");
        byte[] sha256 = row.getBytes("sha256");
        return new PictureRecord(
                id,
                new TenantId(row.getObject("tenant_id", UUID.class)),
                PictureState.valueOf(row.getString("state")),
                row.getString("vendor_url"),
                row.getBoolean("vendor_over"),
                type == null ? null : ImageType.ofContentType(type),
                row.getLong("byte_size"),
                sha256 == null ? "" : HexFormat.of().formatHex(sha256),
                row.getObject("thumbnail_size", Long.class));
    }

    /** Safe in a header, whatever was asked for. */
    String fileName(ImageType shown) {
        return id.generation() + "-" + id.number() + "." + shown.extension();
    }
}
