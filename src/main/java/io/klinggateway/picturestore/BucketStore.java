package io.klinggateway.picturestore;

import io.klinggateway.picturestore.PictureSettings.Bucket;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Pictures in a bucket of Amazon S3, or of a store that speaks its protocol. Who calls is said by the AWS SDK's usual chain:
 * environment, web identity, container or instance.
 */
final class BucketStore implements PictureStore, AutoCloseable {

    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);
    private static final Region WHERE_IT_DOES_NOT_MATTER = Region.US_EAST_1;

    private final Bucket settings;
    private final S3Client client;

    /** @throws IllegalArgumentException if it is not known in which region the bucket is */
    BucketStore(Bucket settings, Duration timeout) {
        this.settings = settings;
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(LONGEST_SILENCE)
                        .socketTimeout(LONGEST_SILENCE))
                .forcePathStyle(settings.pathStyle())
                // Not every store knows bodies that are signed in chunks: one would keep the signatures with the
                // picture.
                .serviceConfiguration(protocol -> protocol.chunkedEncodingEnabled(false))
                // Nor the newer checksums; the bytes' own is in the database.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(limits -> limits.apiCallTimeout(timeout));
        if (settings.region() != null) {
            builder.region(Region.of(settings.region()));
        }
        if (settings.endpoint() != null) {
            builder.endpointOverride(settings.endpoint());
            if (settings.region() == null) {
                builder.region(WHERE_IT_DOES_NOT_MATTER);
            }
        }
        try {
            this.client = builder.build();
        } catch (SdkException unknown) {
            throw new IllegalArgumentException("gateway.pictures.s3.region must be set: the bucket's region", unknown);
        }
    }

    @Override
    public void put(String name, Content content) throws IOException {
        PutObjectRequest request = PutObjectRequest.builder()
                .bucket(settings.bucket())
                .key(name)
                .contentType(content.contentType())
                .serverSideEncryption(settings.encryption())
                .ssekmsKeyId(settings.kmsKeyId())
                .build();
        call(() -> client.putObject(
                request, RequestBody.fromContentProvider(content::open, content.length(), content.contentType())));
    }

    @Override
    public InputStream open(String name, long offset, long length) throws IOException {
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(settings.bucket())
                .key(name)
                .range("bytes=" + offset + "-" + (offset + length - 1))
                .build();
        return call(() -> client.getObject(request));
    }

    @Override
    public void delete(String name) throws IOException {
        call(() ->
                client.deleteObject(request -> request.bucket(settings.bucket()).key(name)));
    }

    @Override
    public List<Kept> list(String folder, @Nullable String after, int most) throws IOException {
        return call(() -> client
                .listObjectsV2Paginator(request -> request.bucket(settings.bucket())
                        .prefix(folder + "/")
                        .startAfter(after)
                        .maxKeys(most))
                .contents()
                .stream()
                .limit(most)
                .map(object -> new Kept(object.key(), object.lastModified()))
                .toList());
    }

    /** What went wrong, in the store's codes and ours: its sentences are not repeated. */
    private static <T> T call(Supplier<T> call) throws IOException {
        try {
            return call.get();
        } catch (NoSuchKeyException missing) {
            throw new FileNotFoundException("no such object");
        } catch (S3Exception refused) {
            String code = refused.awsErrorDetails() == null
                    ? ""
                    : " " + refused.awsErrorDetails().errorCode();
            throw new IOException("HTTP " + refused.statusCode() + code, refused);
        } catch (ApiCallTimeoutException | ApiCallAttemptTimeoutException late) {
            throw new IOException("timeout", late);
        } catch (SdkException failure) {
            throw new IOException("no connection, or no credentials", failure);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
