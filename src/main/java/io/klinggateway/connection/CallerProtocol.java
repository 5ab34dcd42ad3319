package io.klinggateway.connection;

import java.util.Set;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** Tomcat's own protocol, which shows its connections. Public because Tomcat makes it by its name. */
public final class CallerProtocol extends Http11NioProtocol {

    /** Of an answer's buffer, in bytes and once more in characters, which each request that waits would have of 8 KB each. */
    @Override
    public int getDesiredBufferSize() {
        return ConnectionBuffers.BYTES;
    }

    Set<SocketWrapperBase<NioChannel>> connections() {
        return getEndpoint().getConnections();
    }

    long count() {
        return getEndpoint().getConnectionCount();
    }
}
