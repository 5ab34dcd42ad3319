package io.klinggateway.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DashboardTests {

    @Test
    void everyPanelSaysWhatItShowsFromTheChosenDataSource() throws IOException {
        Dashboard dashboard = Dashboard.read();

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
        assertThat(dashboard
                        .json()
                        .path("templating")
                        .path("list")
                        .valueStream()
                        .map(variable -> variable.path("name").stringValue()))
                .containsExactly("datasource", "tenant");
    }

    @Test
    void panelsDoNotOverlap() throws IOException {
        boolean[][] taken = new boolean[200][24];
        for (JsonNode panel : Dashboard.read().json().path("panels")) {
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
