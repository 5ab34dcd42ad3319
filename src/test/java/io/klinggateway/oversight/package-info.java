@NullMarked
package io.klinggateway.oversight;

import org.jspecify.annotations.NullMarked;
