@NullMarked
package io.klinggateway.admin;

import org.jspecify.annotations.NullMarked;
