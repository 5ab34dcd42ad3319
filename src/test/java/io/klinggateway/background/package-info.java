@NullMarked
package io.klinggateway.background;

import org.jspecify.annotations.NullMarked;
