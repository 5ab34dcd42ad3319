/** Uploads as teams make them, and what becomes of their URLs. */
@NullMarked
package io.klinggateway.upload;

import org.jspecify.annotations.NullMarked;
