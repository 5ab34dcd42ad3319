package io.klinggateway.admin;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is to change (RFC 7396): properties that are given replace what is there, null takes it away. */
record MergePatch(ObjectNode changes) {

    /** Whether the patch gives this property of an object another value than null. */
    boolean gives(String object, String property) {
        return changes.path(object).hasNonNull(property);
    }

    ObjectNode onto(ObjectNode current) {
        return merge(current.deepCopy(), changes);
    }

    private static ObjectNode merge(ObjectNode target, ObjectNode changes) {
        changes.properties().forEach(change -> {
            String name = change.getKey();
            JsonNode value = change.getValue();
            if (value.isNull()) {
                target.remove(name);
            } else if (value instanceof ObjectNode object) {
                target.set(
                        name,
                        merge(target.get(name) instanceof ObjectNode there ? there : target.objectNode(), object));
            } else {
                target.set(name, value);
            }
        });
        return target;
    }

    /** A patch of notices has a chat's URL in it, which is a credential. */
    @Override
    public String toString() {
        return "MergePatch[changes=hidden]";
    }
}
