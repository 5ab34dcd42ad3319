/** A company's identity provider to try and test single sign-on with: Spring Authorization Server, and people without passwords. */
@NullMarked
package io.klinggateway.provider;

import org.jspecify.annotations.NullMarked;
