@NullMarked
package io.klinggateway.usage;

import org.jspecify.annotations.NullMarked;
