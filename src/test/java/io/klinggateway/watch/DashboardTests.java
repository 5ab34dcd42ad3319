package io.klinggateway.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.watch.Dashboard.Query;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class DashboardTests {

    static List<Dashboard> dashboards() throws IOException {
        return Dashboard.all();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everyPanelSaysWhatItShowsFromTheChosenDataSource(Dashboard dashboard) {
        assertThat(dashboard.panels()).isNotEmpty().allSatisfy(panel -> {
            assertThat(panel.path("title").stringValue()).isNotBlank();
            assertThat(panel.path("description").stringValue()).isNotBlank();
            assertThat(panel.path("targets").valueStream())
                    .isNotEmpty()
                    .allSatisfy(target -> assertThat(
                                    target.path("datasource").path("uid").stringValue())
                            .isEqualTo("${datasource}"));
        });
        assertThat(dashboard
                        .json()
                        .path("panels")
                        .valueStream()
                        .map(panel -> panel.path("id").intValue()))
                .doesNotHaveDuplicates();
        assertThat(dashboard.variables()).startsWith("datasource", "namespace", "job");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everyPanelKeepsInstallationsApart(Dashboard dashboard) {
        assertThat(dashboard.queries()).isNotEmpty().allSatisfy(query -> {
            Expression expression = new Expression(query.expression());
            assertThat(expression.selectors())
                    .as("%s: %s", query.panel(), query.expression())
                    .isNotEmpty()
                    .allMatch(selector -> selector.matchers().startsWith("namespace=~\"$namespace\", job=~\"$job\""));
            assertThat(expression.groupings())
                    .as("%s: %s", query.panel(), query.expression())
                    .isNotEmpty()
                    .allMatch(labels -> labels.startsWith("namespace, job"));
            assertThat(expression.matchings())
                    .as("%s: %s", query.panel(), query.expression())
                    .allMatch(labels -> labels.startsWith("namespace, job"));
        });
    }

    @Test
    void aTeamsDashboardShowsThatTeamAlone() throws IOException {
        Dashboard team = only(Dashboard::isOfOneTeam);

        assertThat(team.queries())
                .flatMap(query -> new Expression(query.expression()).selectors())
                .isNotEmpty()
                .allMatch(selector -> selector.matchers().contains(", tenant=\"$tenant\""));
        assertThat(team.json().path("templating").path("list").valueStream().skip(1))
                .as("one installation and one team, never all")
                .hasSize(3)
                .allMatch(variable -> !variable.path("multi").booleanValue()
                        && !variable.path("includeAll").booleanValue());
        assertThat(team.json().path("links")).isEmpty();
    }

    @Test
    void noPanelDrawsEveryTeamOfAThousand() throws IOException {
        Dashboard overview = only(dashboard -> dashboard.name().equals("kling-gateway-overview.json"));

        assertThat(overview.variables()).contains("tenant");
        List<Query> byTeam = overview.queries()
                .filter(query -> outermost(query.expression()).contains("tenant"))
                .toList();
        assertThat(byTeam)
                .hasSizeGreaterThan(5)
                .allSatisfy(query -> assertThat(query.expression())
                        .as(query.panel())
                        .containsPattern("(topk|bottomk) by \\(namespace, job\\) \\((10|15|20), "));
    }

    /** What the series that it draws are told apart by. */
    private static String outermost(String expression) {
        boolean ranked = expression.startsWith("topk") || expression.startsWith("bottomk");
        return new Expression(expression)
                .groupings()
                .skip(ranked ? 1 : 0)
                .findFirst()
                .orElse("");
    }

    private static Dashboard only(Function<Dashboard, Boolean> wanted) throws IOException {
        return Dashboard.all().stream().filter(wanted::apply).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelsDoNotOverlap(Dashboard dashboard) {
        boolean[][] taken = new boolean[200][24];
        for (JsonNode panel : dashboard.json().path("panels")) {
            JsonNode place = panel.path("gridPos");
            for (int y = place.path("y").intValue();
                    y < place.path("y").intValue() + place.path("h").intValue();
                    y++) {
                for (int x = place.path("x").intValue();
                        x < place.path("x").intValue() + place.path("w").intValue();
                        x++) {
                    assertThat(taken[y][x])
                            .as("%s at %d, %d", panel.path("title"), x, y)
                            .isFalse();
                    taken[y][x] = true;
                }
            }
        }
    }
}
