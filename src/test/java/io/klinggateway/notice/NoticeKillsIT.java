package io.klinggateway.notice;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class NoticeKillsIT {

    private static final int KILLS = 4;

    @Test
    void noNoticeIsLostOrDoubledByAKill() throws Exception {
        try (NoticeKills gateway = new NoticeKills("short", Long.getLong("harness.seed", 20_261_101L))) {
            for (int kill = 0; kill < KILLS; kill++) {
                gateway.kill();
            }

            assertThat(gateway.check()).isPositive();
        }
    }
}
