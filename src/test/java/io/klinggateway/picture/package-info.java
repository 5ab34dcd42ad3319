@NullMarked
package io.klinggateway.picture;

import org.jspecify.annotations.NullMarked;
