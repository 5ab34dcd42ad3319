package io.klinggateway.picturestore;

/**
 * One attempt to copy an image.
 *
 * @param number fences it: only the newest may be recorded
 * @param unendedBefore how many before it were begun, and of their end nothing is known
 */
record PictureAttempt(PictureId id, String vendorUrl, int number, int unendedBefore) {}
