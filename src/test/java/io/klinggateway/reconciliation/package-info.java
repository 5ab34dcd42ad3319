@NullMarked
package io.klinggateway.reconciliation;

import org.jspecify.annotations.NullMarked;
