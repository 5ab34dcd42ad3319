@NullMarked
package io.klinggateway.job;

import org.jspecify.annotations.NullMarked;
