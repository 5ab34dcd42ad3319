package io.klinggateway;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Gives one answer after the other, and the last one again and again. Each is given once: two requests at the same time would
 * find WireMock's own scenarios in the same state, and get the same vendor's job.
 */
final class AnswersInOrder implements ResponseDefinitionTransformerV2 {

    private final Deque<ResponseDefinition> left = new ArrayDeque<>();

    synchronized void are(ResponseDefinitionBuilder... answers) {
        left.clear();
        List.of(answers).forEach(answer -> left.add(answer.build()));
    }

    @Override
    public synchronized ResponseDefinition transform(ServeEvent event) {
        return left.size() > 1 ? left.removeFirst() : left.getFirst();
    }

    @Override
    public boolean applyGlobally() {
        return false;
    }

    @Override
    public String getName() {
        return "answers-in-order";
    }
}
