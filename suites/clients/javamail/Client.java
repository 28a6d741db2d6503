// SPDX-License-Identifier: Apache-2.0
// JavaMail: CA SERVICE WISH HOST PORT USER PASSWORD [FROM TO MESSAGE]
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.*;
import java.util.Properties;
import javax.mail.*;
import javax.mail.internet.*;
import javax.net.ssl.*;

public class Client {
	static void trust(String file) throws Exception {
		KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
		store.load(null, null);
		for (Certificate ca : CertificateFactory.getInstance("X.509").generateCertificates(
				Files.newInputStream(Path.of(file))))
			store.setCertificateEntry("ca" + store.size(), ca);
		TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
		factory.init(store);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, factory.getTrustManagers(), null);
		SSLContext.setDefault(context);
	}

	static Properties options(String p, String wish) {
		Properties options = new Properties();
		options.put("mail." + p + ".ssl.enable", "" + wish.startsWith("implicit"));
		options.put("mail." + p + ".starttls.enable", "" + wish.matches("starttls.*|opportunistic"));
		options.put("mail." + p + ".starttls.required", "" + wish.startsWith("starttls"));
		options.put("mail." + p + ".ssl.checkserveridentity", "" + !wish.endsWith("default"));
		options.put("mail." + p + ".auth", "true");
		// No writetimeout: its thread can outlive the work, and then Java does not end.
		options.put("mail." + p + ".connectiontimeout", "8000");
		options.put("mail." + p + ".timeout", "8000");
		return options;
	}

	public static void main(String[] a) throws Exception {
		if (a[0].equals("version")) {
			System.out.println("JavaMail " + Session.class.getPackage().getImplementationVersion());
			return;
		}
		trust(a[0]);
		String protocol = a[1].equals("submission") ? "smtp" : a[1];
		Session session = Session.getInstance(options(protocol, a[2]));
		if (protocol.equals("smtp")) {
			MimeMessage mail = new MimeMessage(session, Files.newInputStream(Path.of(a[9])));
			Transport transport = session.getTransport(protocol);
			transport.connect(a[3], Integer.parseInt(a[4]), a[5], a[6]);
			transport.sendMessage(mail, InternetAddress.parse(a[8]));
			transport.close();
		} else {
			Store store = session.getStore(protocol);
			store.connect(a[3], Integer.parseInt(a[4]), a[5], a[6]);
			Folder inbox = store.getFolder("INBOX");
			inbox.open(Folder.READ_ONLY);
			inbox.getMessage(1).writeTo(System.out);
			inbox.close(false);
			store.close();
		}
	}
}
