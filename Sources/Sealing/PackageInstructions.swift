// SPDX-License-Identifier: Apache-2.0

/// The text of `comity/VERIFY.txt`: how to check a package without Comity.
enum PackageInstructions {
    static func text(name: String, id: String, keyID: String, statementKeyID: String?) -> String {
        let second = statementKeyID.map { "\nand by the ML-DSA-65 key with the thumbprint\n         \($0)" } ?? ""
        let member =
            statementKeyID == nil
            ? ""
            : "\n   The second signature is ML-DSA-65 (FIPS 204, RFC 9964), by the key in its member \"statementKey\":"
                + "\n   both must hold. A library that does not know ML-DSA-65 verifies the first."
        return """
            HOW TO CHECK THIS PACKAGE WITH ORDINARY PROGRAMS

            Package  \(id)
            Signed by the Ed25519 key with the RFC 7638 thumbprint
                     \(keyID)\(second)
            Compare this thumbprint with the one you hold of the sender, by a second channel.

            1. Open the envelope (age 1.3 or later, https://age-encryption.org). It fails if one bit was changed:
                   age -d -i your-key.txt -o \(name).tar \(name).bag.tar.age
                   tar xf \(name).tar

            2. Check every exhibit and every tag file:
                   cd \(name)
                   sha256sum -c manifest-sha256.txt
                   sha256sum -c tagmanifest-sha256.txt
               (a % in a file name is written %25 in the manifest, as RFC 8493 says)

            3. Check the bag (BagIt 1.0, RFC 8493):
                   cd ..
                   bagit.py --validate \(name)

            4. Check the signature. comity/statement.jws is a JWS (RFC 7515, general JSON serialisation, EdDSA).
               Any JOSE library verifies it with the key above; comity/signer.jws is the sender's signed
               directory entry, which contains that key as its member "signingKey".\(member)
               The payload of the statement is JSON: its member
               "manifest" must be the SHA-256 of manifest-sha256.txt, and "exhibits" lists what was sealed.
                   sha256sum manifest-sha256.txt

            comity/contents.json lists the exhibits with the place of their data in the tar archive.

            """
    }
}
