/** Every answer of a running gateway, held against schemas of the vendor's shapes. */
@NullMarked
package io.klinggateway.contract;

import org.jspecify.annotations.NullMarked;
