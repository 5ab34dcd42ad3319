package io.klinggateway.picture;

/**
 * One attempt to copy an image.
 *
 * @param number fences it: only the newest may be recorded
 */
record PictureAttempt(PictureId id, String vendorUrl, int number) {}
