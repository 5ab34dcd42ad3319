package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.ledger.PeriodKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

/** What operating.md declares of a team is what the gateway reads. */
class DocumentedDeclarationTests {

    private static final Path PAGE = Path.of("src/docs/operating.md");
    private static final Pattern FILE = Pattern.compile("```yaml\\n(gateway:\\n  tenants:.*?)```", Pattern.DOTALL);
    private static final Pattern VARIABLE = Pattern.compile("(?m)^export (GATEWAY_TENANTS_\\w+)=(.*)$");
    private static final Pattern NAMED_VARIABLE = Pattern.compile("`(GATEWAY_TENANTS_0_\\w+)`");

    @Test
    void theFileSaysAllThatCanBeSaidOfATeam() throws IOException {
        var file = FILE.matcher(Files.readString(PAGE));
        assertThat(file.find()).as("the page has the file").isTrue();
        PropertySource<?> source = new YamlPropertySourceLoader()
                .load("the file", new ByteArrayResource(file.group(1).getBytes(StandardCharsets.UTF_8)))
                .getFirst();

        DeclaredTenant team = team(source);

        assertThat(team).hasNoNullFieldsOrProperties();
        assertThat(team.budget().windows())
                .containsExactly(
                        new WindowTerms(PeriodKind.MONTH, null, 5000L, null),
                        new WindowTerms(PeriodKind.DAY, null, 400L, 300L),
                        new WindowTerms(PeriodKind.WEEK, 7, null, 1500L));
        assertThat(team.budget().timeZone()).isEqualTo("Europe/Berlin");
        assertThat(team.limits()).hasNoNullFieldsOrProperties();
        assertThat(team.selfService()).hasNoNullFieldsOrProperties();
        assertThat(team.defaultWebhook())
                .isEqualTo(new DefaultWebhookTerms("https://hooks.example.com/kling", List.of("completed", "failed")));
        assertThat(team.keysOrNone()).singleElement().hasNoNullFieldsOrProperties();
    }

    @Test
    void theVariablesSayTheSame() throws IOException {
        String page = Files.readString(PAGE);
        Map<String, Object> variables = new HashMap<>();
        VARIABLE.matcher(page).results().forEach(line -> variables.put(line.group(1), line.group(2)));

        DeclaredTenant team = team(environment(variables));

        assertThat(team.name()).isEqualTo("design");
        assertThat(team.budget())
                .isEqualTo(new TenantTerms.BudgetTerms(PeriodKind.MONTH, 5000L, null, "Europe/Berlin"));
        assertThat(team.keysOrNone())
                .singleElement()
                .extracting(DeclaredTenant.DeclaredKey::name)
                .isEqualTo("ci");

        NAMED_VARIABLE.matcher(page).results().forEach(name -> variables.put(name.group(1), "DAY"));
        DeclaredTenant with = team(environment(variables));

        assertThat(with.budget().windows()).extracting(WindowTerms::period).containsExactly(PeriodKind.DAY);
        assertThat(with.defaultWebhook()).isEqualTo(new DefaultWebhookTerms("DAY", null));
    }

    private static PropertySource<?> environment(Map<String, Object> variables) {
        return new SystemEnvironmentPropertySource("systemEnvironment", variables);
    }

    private static DeclaredTenant team(PropertySource<?> source) {
        return new Binder(Objects.requireNonNull(ConfigurationPropertySource.from(source)))
                .bind("gateway", DeclaredTenantsSettings.class)
                .get()
                .tenants()
                .getFirst();
    }
}
