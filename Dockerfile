# Builds the gateway from a clean clone: docker build -t kling-gateway .
# The simulated apiframe for trying out:   docker build --target simulator -t kling-gateway-simulator .

FROM eclipse-temurin:25-jdk AS build
WORKDIR /build
COPY mvnw pom.xml ./
COPY .mvn .mvn
# A layer that lasts until the dependencies change. What it leaves out, the next step fetches.
RUN ./mvnw -B -q -Dspotless.check.skip dependency:go-offline
COPY src src
# Tests run before an image is built, not in it; their sources are compiled for the simulator.
RUN ./mvnw -B -q -Dspotless.check.skip -DskipTests package \
    && java -Djarmode=tools -jar target/kling-gateway.jar extract --layers --destination target/layers

FROM eclipse-temurin:25-jre AS simulator
WORKDIR /app
COPY --from=build /build/target/layers/dependencies/lib/jackson-*.jar lib/
COPY --from=build /build/target/test-classes/io/klinggateway/simulator classes/io/klinggateway/simulator
RUN mkdir /data && chown 10001:10001 /data
USER 10001:10001
ENV SIMULATOR_DATA=/data
VOLUME /data
EXPOSE 8099
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp", "classes:lib/*", "io.klinggateway.simulator.SimulatedApiframe"]

FROM eclipse-temurin:25-jre AS application
WORKDIR /app
COPY --from=build /build/target/layers/dependencies/ ./
COPY --from=build /build/target/layers/spring-boot-loader/ ./
COPY --from=build /build/target/layers/snapshot-dependencies/ ./
COPY --from=build /build/target/layers/application/ ./

# Trains the cache by a start that ends where the first connection would be needed. Every value below is a dummy, and
# none of them is kept. The flags must be those of the run, or the JVM drops the cache with no more than a warning:
# so a second start insists on the cache.
FROM application AS training
RUN set -e; \
    train() { \
        APIFRAME_API_KEY=none \
        SPRING_DATASOURCE_URL=jdbc:postgresql://localhost:1/none \
        SPRING_DATASOURCE_USERNAME=none \
        SPRING_DATASOURCE_PASSWORD=none \
        java "$@" -XX:+UseCompactObjectHeaders -XX:+UseSerialGC -XX:-UsePerfData \
            -Dspring.context.exit=onRefresh \
            -Dspring.flyway.enabled=false \
            -Dspring.datasource.hikari.connection-timeout=250 \
            -Dspring.datasource.hikari.initialization-fail-timeout=-1 \
            -Dlogging.level.root=warn \
            -jar kling-gateway.jar; \
    }; \
    train -XX:AOTCacheOutput=kling-gateway.aot; \
    train -XX:AOTCache=kling-gateway.aot -XX:AOTMode=on

FROM application
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Kling Gateway" \
      org.opencontainers.image.description="Shares one apiframe key among many teams: checks, prices, budgets and forwards Kling image requests." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=training /app/kling-gateway.aot ./
USER 10001:10001
EXPOSE 8080 9090
# Java reads more flags, or others, from JAVA_TOOL_OPTIONS: it alone may be replaced without losing the cache.
# Two arenas are enough for what Java takes beside its heap; more only keep what the compilers have given back.
ENV MALLOC_ARENA_MAX=2 JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=52" LOGGING_STRUCTURED_FORMAT_CONSOLE=ecs
ENTRYPOINT ["java", "-XX:AOTCache=kling-gateway.aot", "-XX:+UseCompactObjectHeaders", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", "-jar", "kling-gateway.jar"]
