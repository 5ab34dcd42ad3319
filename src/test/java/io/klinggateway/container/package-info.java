/** Runs the built image in a real engine: {@code ./mvnw test -Dtest=ImageTests -Dgateway.image=kling-gateway}. */
@NullMarked
package io.klinggateway.container;

import org.jspecify.annotations.NullMarked;
