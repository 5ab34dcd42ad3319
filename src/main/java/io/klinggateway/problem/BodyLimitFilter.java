package io.klinggateway.problem;

import io.klinggateway.problem.BodyMemoryLimit.HeldBody;
import io.klinggateway.problem.BodyMemoryLimit.Sender;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Bounds bodies: one that is too large is refused at once if its length is announced, otherwise as soon as it exceeds the
 * limit; one that comes too slowly when its time is up; and one for which there is no room.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2) // what it refuses is observed, too
@EnableConfigurationProperties(HttpSettings.class)
class BodyLimitFilter extends OncePerRequestFilter {

    private static final Set<String> WITH_BODIES = Set.of("POST", "PUT", "PATCH", "DELETE");

    private final DataSize limit;
    private final Duration timeout;
    private final BodyMemoryLimit memoryLimit;
    private final ProblemWriter problems;
    private final List<StreamedBody> streamed;

    BodyLimitFilter(HttpSettings settings, ProblemWriter problems, List<StreamedBody> streamed) {
        this.limit = settings.maxBody();
        this.timeout = settings.bodyTimeout();
        this.memoryLimit = new BodyMemoryLimit(settings.bodyBytesAtOnce(), limit.toBytes());
        this.problems = problems;
        this.streamed = streamed;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getDispatcherType() != DispatcherType.REQUEST
                || (request.getMethod().equals("POST")
                        && streamed.stream().anyMatch(body -> body.path().equals(request.getRequestURI())));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        long announced = request.getContentLengthLong();
        if (announced > limit.toBytes()) {
            problems.write(response, LimitedBody.tooLarge(limit));
        } else if (announced > 0 || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null) {
            withRoom(request, response, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void withRoom(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try (HeldBody held = memoryLimit.enter(sender(request))) {
            if (held == null) {
                problems.write(response, LimitedBody.noRoom());
            } else if (WITH_BODIES.contains(request.getMethod())) {
                chain.doFilter(limited(request, held), response);
            } else if (isDiscarded(request, response, held)) {
                chain.doFilter(request, response);
            }
        }
    }

    /** What nobody would read is read at once: a caller that waits for its job is answered much later. */
    private boolean isDiscarded(HttpServletRequest request, HttpServletResponse response, HeldBody held)
            throws IOException {
        try {
            new LimitedRequest(request, held).getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (ProblemException refused) {
            problems.write(response, refused);
            return false;
        }
    }

    /** By what the path leads to: any header may be a lie, and is looked at only later. */
    private static Sender sender(HttpServletRequest request) {
        String path = request.getServletPath();
        if (!WITH_BODIES.contains(request.getMethod())) {
            return Sender.STRANGER; // read before any key is looked at
        }
        if (path.startsWith("/v2/") || path.startsWith("/admin/")) {
            return Sender.KNOWN;
        }
        return path.startsWith("/callbacks/") ? Sender.VENDOR : Sender.STRANGER;
    }

    private HttpServletRequest limited(HttpServletRequest request, HeldBody held) {
        LimitedRequest limited = new LimitedRequest(request, held);
        return isForm(request) ? new FormRequest(limited) : limited;
    }

    private static boolean isForm(HttpServletRequest request) {
        try {
            String type = request.getContentType();
            return type != null && MediaType.APPLICATION_FORM_URLENCODED.includes(MediaType.parseMediaType(type));
        } catch (InvalidMediaTypeException nonsense) {
            return false;
        }
    }

    private final class LimitedRequest extends HttpServletRequestWrapper {

        private final HeldBody held;

        LimitedRequest(HttpServletRequest request, HeldBody held) {
            super(request);
            this.held = held;
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return new LimitedBody(super.getInputStream(), limit, timeout, held);
        }
    }
}
