@NullMarked
package io.klinggateway.tracking;

import org.jspecify.annotations.NullMarked;
