package io.klinggateway.picturestore;

import io.klinggateway.picturestore.PictureSettings.StoreKind;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether images are kept. */
final class StoreConfigured implements Condition {

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        return Binder.get(context.getEnvironment())
                        .bind("gateway.pictures.store", StoreKind.class)
                        .orElse(StoreKind.NONE)
                != StoreKind.NONE;
    }
}
