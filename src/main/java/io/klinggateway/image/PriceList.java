package io.klinggateway.image;

import io.klinggateway.credits.Credits;
import org.springframework.stereotype.Component;

/** What images cost (apiframe: 2 credits per image of kling-image, whatever the parameters). */
@Component
public class PriceList {

    static final Credits PER_IMAGE = new Credits(2);
    static final int MOST_IMAGES = 4;

    public Quote quote(ImageRequest request) {
        int images = request.imageCount();
        return new Quote(images, PER_IMAGE.times(images));
    }
}
