@NullMarked
package io.klinggateway.signin;

import org.jspecify.annotations.NullMarked;
