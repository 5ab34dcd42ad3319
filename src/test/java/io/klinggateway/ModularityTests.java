package io.klinggateway;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class ModularityTests {

    @Test
    void modulesUseOnlyWhatTheyDeclare() {
        ApplicationModules.of(KlingGatewayApplication.class).verify();
    }

    @Test
    void noTypesOfAPackageFormACycle() {
        SlicesRuleDefinition.slices()
                .assignedFrom(TopLevelTypes.INSTANCE)
                .should()
                .beFreeOfCycles()
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages(
                                "io.klinggateway.background",
                                "io.klinggateway.generation",
                                "io.klinggateway.queue",
                                "io.klinggateway.tracking",
                                "io.klinggateway.job",
                                "io.klinggateway.oversight"));
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
