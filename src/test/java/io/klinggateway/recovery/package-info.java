/** Books that are restored from a backup, and what the vendor knows that they do not. */
@NullMarked
package io.klinggateway.recovery;

import org.jspecify.annotations.NullMarked;
