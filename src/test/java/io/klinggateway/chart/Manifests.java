package io.klinggateway.chart;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What one rendering gave. */
record Manifests(List<Manifest> all) {

    /** @param source as it was rendered, comments left out */
    record Manifest(String source, HasMetadata object) {}

    static Manifests parse(String rendered) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        var yaml = new Yaml(new SafeConstructor(options));
        return new Manifests(StreamSupport.stream(yaml.loadAll(rendered).spliterator(), false)
                .filter(Map.class::isInstance)
                .map(document -> new Manifest(yaml.dump(document), StrictKubernetes.read((Map<?, ?>) document)))
                .toList());
    }

    <T extends HasMetadata> List<T> of(Class<T> type) {
        return all.stream()
                .map(Manifest::object)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    <T extends HasMetadata> T only(Class<T> type) {
        var found = of(type);
        if (found.size() != 1) {
            throw new AssertionError("expected one " + type.getSimpleName() + ", found " + found.size());
        }
        return found.getFirst();
    }

    <T extends HasMetadata> T named(Class<T> type, String name) {
        return of(type).stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findAny()
                .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " named " + name));
    }

    List<PodTemplateSpec> podTemplates() {
        return Stream.of(
                        of(Deployment.class).stream()
                                .map(object -> object.getSpec().getTemplate()),
                        of(StatefulSet.class).stream()
                                .map(object -> object.getSpec().getTemplate()),
                        of(Job.class).stream().map(object -> object.getSpec().getTemplate()),
                        of(Pod.class).stream()
                                .map(object -> new PodTemplateSpec(object.getMetadata(), object.getSpec())))
                .flatMap(templates -> templates)
                .toList();
    }
}
