package io.klinggateway.imagerequest;

import io.klinggateway.credits.Credits;
import org.springframework.stereotype.Component;

/**
 * What images cost (apiframe: 2 credits per image of kling-image, whatever the parameters). Whether the vendor takes the same is
 * checked by {@code reconciliation}; what a credit costs in money is in {@code usage}.
 */
@Component
public class PriceList {

    /** Whole vendor credits. */
    public static final int CREDITS_PER_IMAGE = 2;

    static final Credits PER_IMAGE = new Credits(CREDITS_PER_IMAGE);

    /** Known before the call. */
    public Credits price(ImageRequest request) {
        return PER_IMAGE.times(request.imageCount());
    }
}
