package io.klinggateway.tenant;

import io.klinggateway.support.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * Whence a key may be used.
 *
 * @param networks none if from anywhere
 */
record AllowedNetworks(List<CidrBlock> networks) {

    /** What is stored was parsed before. */
    static AllowedNetworks read(ResultSet row) throws SQLException {
        return new AllowedNetworks(
                Arrays.stream((String[]) row.getArray("allowed_networks").getArray())
                        .map(text -> CidrBlock.parse(text).orElseThrow())
                        .toList());
    }

    /** As they are stored. */
    String[] texts() {
        return Columns.of(networks, String[]::new, CidrBlock::toString);
    }

    boolean admit(CallerOrigin origin) {
        return networks.isEmpty() || networks.stream().anyMatch(origin::isIn);
    }
}
