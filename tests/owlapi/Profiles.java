import java.io.File;
import java.util.List;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.io.OWLOntologyLoaderMetaData;
import org.semanticweb.owlapi.io.RDFParserMetaData;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyManager;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWL2RLProfile;
import org.semanticweb.owlapi.profiles.OWLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;

/**
 * Checks files against OWL 2 profiles. Of each file it prints the violations of its profile and the
 * triples that OWL has no place for, one a line, and then the number of logical axioms, so that a
 * file that was not understood does not pass for a clean one.
 *
 * <p>java -cp JARS Profiles.java [DL|RL FILE]...
 */
public final class Profiles {
    public static void main(String[] arguments) throws Exception {
        for (int at = 0; at < arguments.length; at += 2) {
            check(
                    arguments[at].equals("RL") ? new OWL2RLProfile() : new OWL2DLProfile(),
                    new File(arguments[at + 1]));
        }
    }

    private static void check(OWLProfile profile, File file) throws Exception {
        OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
        OWLOntology ontology = manager.loadOntologyFromOntologyDocument(file);
        List<OWLProfileViolation> violations = profile.checkOntology(ontology).getViolations();
        for (OWLProfileViolation violation : violations) {
            String text = violation.toString().replaceAll("\\s+", " ");
            System.out.println(violation.getClass().getSimpleName() + ": " + text);
        }
        OWLOntologyLoaderMetaData loaded =
                manager.getOntologyFormat(ontology).getOntologyLoaderMetaData().get();
        ((RDFParserMetaData) loaded)
                .getUnparsedTriples()
                .forEach(triple -> System.out.println("not OWL: " + triple));
        System.out.println("logical axioms: " + ontology.getLogicalAxiomCount());
    }
}
