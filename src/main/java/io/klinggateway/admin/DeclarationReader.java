package io.klinggateway.admin;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a declaration that is sent, in the format of the file that the gateway mounts: YAML or JSON, with or without
 * {@code gateway} around it, and names with hyphens or in camel case.
 */
@Component
class DeclarationReader {

    private static final String AROUND = "gateway";
    private static final Pattern HYPHEN = Pattern.compile("-([a-z])");

    /** In YAML they may be written as numbers. */
    private static final Set<String> TEXTS = Set.of("name", "costCentre", "sha256");

    private final OperatorJson json;

    DeclarationReader(OperatorJson json) {
        this.json = json;
    }

    /** @throws ProblemException if it is not a valid declaration */
    DeclarationTerms read(byte[] body, boolean yaml) {
        ObjectNode whole = yaml ? json.yamlObject(body) : json.object(body);
        ObjectNode inner = whole.size() == 1 && whole.get(AROUND) instanceof ObjectNode around ? around : whole;
        DeclarationTerms declaration = json.read(relaxed(inner), DeclarationTerms.class);
        Map<String, List<String>> faults = new TreeMap<>(DeclaredTenant.faults(declaration.tenants()));
        if (!faults.isEmpty()) {
            throw new ProblemException(Problem.invalid(faults));
        }
        return declaration;
    }

    private static ObjectNode relaxed(ObjectNode object) {
        ObjectNode relaxed = JsonNodeFactory.instance.objectNode();
        object.properties().forEach(property -> {
            String name = HYPHEN.matcher(property.getKey())
                    .replaceAll(letter -> letter.group(1).toUpperCase(java.util.Locale.ROOT));
            if (relaxed.has(name)) {
                throw new ProblemException(Problem.invalid(name, "must not be there twice"));
            }
            JsonNode value = property.getValue();
            relaxed.set(
                    name,
                    TEXTS.contains(name) && value.isNumber()
                            ? JsonNodeFactory.instance.stringNode(value.asString())
                            : relaxed(value));
        });
        return relaxed;
    }

    private static JsonNode relaxed(JsonNode value) {
        return switch (value) {
            case ObjectNode object -> relaxed(object);
            case ArrayNode list -> {
                ArrayNode relaxed = JsonNodeFactory.instance.arrayNode();
                list.forEach(item -> relaxed.add(relaxed(item)));
                yield relaxed;
            }
            default -> value;
        };
    }
}
