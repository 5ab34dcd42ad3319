package io.klinggateway.provider;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.HtmlUtils;

/** The provider's page to sign in at: a button for everybody. */
final class ChooseAPerson extends OncePerRequestFilter {

    private final SimulatedProvider provider;

    ChooseAPerson(SimulatedProvider provider) {
        this.provider = provider;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!request.getMethod().equals("GET") || !request.getRequestURI().equals("/login")) {
            chain.doFilter(request, response);
            return;
        }
        response.setContentType("text/html;charset=UTF-8");
        response.getWriter().write("""
                <!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
                <meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
                <title>Identity provider</title></head>
                <body><main><h1>Who are you?</h1>%s</main></body></html>
                """.formatted(provider.people().values().stream()
                .sorted(Comparator.comparing(SimulatedPerson::name))
                .map(ChooseAPerson::button)
                .collect(Collectors.joining())));
    }

    private static String button(SimulatedPerson person) {
        return """
                <form method="post" action="/login"><input type="hidden" name="username" value="%s">
                <input type="hidden" name="password" value="%s"><p><button>%s</button> %s</p></form>
                """.formatted(
                        HtmlUtils.htmlEscape(person.subject()),
                        ProviderServer.PASSWORD,
                        HtmlUtils.htmlEscape(person.name()),
                        HtmlUtils.htmlEscape(String.join(", ", person.groups())));
    }
}
