@NullMarked
package io.klinggateway.generation;

import org.jspecify.annotations.NullMarked;
