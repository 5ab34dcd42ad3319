@NullMarked
package io.klinggateway.notice;

import org.jspecify.annotations.NullMarked;
