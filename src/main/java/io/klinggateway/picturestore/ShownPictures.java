package io.klinggateway.picturestore;

import java.util.List;

/**
 * The images of a completed generation as its tenant is shown them.
 *
 * @param urls of those that are to be had
 * @param expired whether none is, neither at the vendor nor here
 */
public record ShownPictures(List<String> urls, boolean expired) {}
