package io.klinggateway.chart;

import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** As much of CloudNativePG's resource as the chart uses, by the operator's API reference. */
@JsonDeserialize(using = JsonDeserializer.None.class)
@Group("postgresql.cnpg.io")
@Version("v1")
final class CloudNativePgCluster implements HasMetadata {

    private static final long serialVersionUID = 1;

    private String apiVersion = "";
    private String kind = "";
    private ObjectMeta metadata = new ObjectMeta();
    private @Nullable Spec spec;

    record Spec(
            int instances,
            @Nullable String imageName,
            Bootstrap bootstrap,
            Postgresql postgresql,
            Storage storage,
            @Nullable Resources resources,
            @Nullable Map<String, Object> backup,
            @Nullable List<Map<String, Object>> externalClusters) {}

    record Bootstrap(@Nullable InitDb initdb, @Nullable Map<String, Object> recovery) {}

    record InitDb(String database, String owner) {}

    record Postgresql(Synchronous synchronous) {}

    record Synchronous(String method, int number, String dataDurability) {}

    record Storage(String size, @Nullable String storageClass) {}

    record Resources(
            @Nullable Map<String, Quantity> requests,
            @Nullable Map<String, Quantity> limits) {}

    @Override
    public String getApiVersion() {
        return apiVersion;
    }

    @Override
    public void setApiVersion(String apiVersion) {
        this.apiVersion = apiVersion;
    }

    @Override
    public String getKind() {
        return kind;
    }

    public void setKind(String kind) {
        this.kind = kind;
    }

    @Override
    public ObjectMeta getMetadata() {
        return metadata;
    }

    @Override
    public void setMetadata(ObjectMeta metadata) {
        this.metadata = metadata;
    }

    public @Nullable Spec getSpec() {
        return spec;
    }

    public void setSpec(Spec spec) {
        this.spec = spec;
    }
}
