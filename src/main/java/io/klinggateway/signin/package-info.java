/**
 * Single sign-on: the company's identity provider says who a person is, and a claim of its tokens says what that person may
 * do. Without the settings {@code gateway.sign-in} there is none of it. What the provider says holds for minutes, and is then
 * asked again; its tokens are never kept but encrypted.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem", "support"})
package io.klinggateway.signin;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
