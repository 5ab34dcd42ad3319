@NullMarked
package io.klinggateway.picturestore;

import org.jspecify.annotations.NullMarked;
