@NullMarked
package io.klinggateway.queue;

import org.jspecify.annotations.NullMarked;
