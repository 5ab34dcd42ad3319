package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class ModularityTests {

    private static final JavaClasses TYPES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.klinggateway");

    private static final int MOST_PUBLIC_PERCENT = 42;

    @Test
    void modulesUseOnlyWhatTheyDeclare() {
        ApplicationModules.of(KlingGatewayApplication.class).verify();
    }

    @Test
    void noTypesFormACycle() {
        SlicesRuleDefinition.slices()
                .assignedFrom(TopLevelTypes.INSTANCE)
                .should()
                .beFreeOfCycles()
                .check(TYPES);
    }

    @Test
    void mostTypesAreSeenInTheirPackageOnly() {
        List<JavaClass> types =
                TYPES.stream().filter(ModularityTests::isTopLevel).toList();
        long seenOutside = types.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .count();

        assertThat(seenOutside * 100 / types.size())
                .as("public types in percent")
                .isLessThanOrEqualTo(MOST_PUBLIC_PERCENT);
    }

    /** A record carries data and may have more components. */
    @Test
    void noConstructorHasMoreThanSevenParameters() {
        assertThat(TYPES.stream()
                        .filter(type -> !type.isRecord() && !type.isEnum())
                        .flatMap(type -> type.getConstructors().stream())
                        .filter(constructor ->
                                constructor.getRawParameterTypes().size() > 7))
                .isEmpty();
    }

    @Test
    void noFileHasMoreThanFourHundredLines() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(400));
        }
    }

    /** The cases of a sealed type are named for it: {@code Exchange.Lost} and {@code SubmissionResult.Lost} may both be. */
    @Test
    void noTwoTypesHaveTheSameName() {
        Map<String, List<String>> byName = TYPES.stream()
                .filter(type ->
                        !type.isAnonymousClass() && !type.getSimpleName().equals("package-info"))
                .filter(type -> !isCaseOfItsEncloser(type))
                .collect(Collectors.groupingBy(
                        JavaClass::getSimpleName, Collectors.mapping(JavaClass::getName, Collectors.toList())));

        assertThat(byName.values()).filteredOn(types -> types.size() > 1).isEmpty();
    }

    private static boolean isCaseOfItsEncloser(JavaClass type) {
        return type.getEnclosingClass()
                .map(encloser -> type.isAssignableTo(encloser.getName()))
                .orElse(false);
    }

    private static boolean isTopLevel(JavaClass type) {
        return type.isTopLevelClass() && !type.getSimpleName().equals("package-info");
    }

    /** A type with all that is nested in it is one slice. */
    private enum TopLevelTypes implements SliceAssignment {
        INSTANCE;

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            JavaClass outermost = type;
            while (outermost.getEnclosingClass().isPresent()) {
                outermost = outermost.getEnclosingClass().get();
            }
            return SliceIdentifier.of(outermost.getName());
        }

        @Override
        public String getDescription() {
            return "top-level types";
        }
    }
}
