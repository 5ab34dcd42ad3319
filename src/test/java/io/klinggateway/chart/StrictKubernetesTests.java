package io.klinggateway.chart;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictKubernetesTests {

    private static final String SERVICE = """
            apiVersion: v1
            kind: Service
            metadata: {name: a, labels: {b: c}}
            spec: {type: ClusterIP, ports: [{port: 80, targetPort: http}]}
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x: y",
                "spec: {typo: ClusterIP}",
                "spec: {ports: [{port: '80'}]}",
                "spec: {ports: [{prt: 80}]}",
                "spec: {type: 1}",
                "metadata: {labels: {b: 2}}",
                "metadata: {labels: {b: true}}",
                "kind: Serviec"
            })
    void unknownFieldsAndWrongTypesFail(String wrong) {
        assertThatCode(() -> Manifests.parse(SERVICE)).doesNotThrowAnyException();

        var field = wrong.substring(0, wrong.indexOf(':'));
        var others =
                SERVICE.lines().filter(line -> !line.startsWith(field + ":")).toList();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Manifests.parse(String.join("\n", others) + "\n" + wrong));
    }
}
